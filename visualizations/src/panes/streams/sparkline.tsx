const width = 24;
const height = 16;

/** A small picture of rates, the newest at the right. Its height is that of the most in it. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(...values);
  if (!(most > 0)) return <svg class="spark" width={width} height={height} aria-hidden="true" />;
  const step = width / (values.length - 1);
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)} ${(height - 1 - (value / most) * (height - 3)).toFixed(1)}`,
  );
  const line = `M${points.join('L')}`;
  return (
    <svg class="spark" width={width} height={height} aria-hidden="true">
      <path d={`${line}L${width} ${height}L0 ${height}Z`} fill="currentColor" opacity="0.16" />
      <path d={line} fill="none" stroke="currentColor" stroke-width="1.2" />
    </svg>
  );
}
