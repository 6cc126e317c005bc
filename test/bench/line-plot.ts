/** A line of a plot: its points from left to right. */
export interface PlotLine {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotOptions {
  readonly title: string;
  /** What the axes measure, with the unit. */
  readonly x: string;
  readonly y: string;
  readonly lines: readonly PlotLine[];
}

const width = 760;
const height = 360;
const margin = { top: 44, right: 150, bottom: 46, left: 76 } as const;
const colours = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#475569'] as const;

/** A plot as an SVG document that is legible on light and on dark pages. Both axes begin at 0. */
export function linePlot({ title, x, y, lines }: PlotOptions): string {
  const points = lines.flatMap((line) => line.points);
  const xs = ticksOf(Math.max(...points.map(([at]) => at)));
  const ys = ticksOf(Math.max(...points.map(([, value]) => value)));
  const plotWidth = width - margin.left - margin.right;
  const plotHeight = height - margin.top - margin.bottom;
  const left = (at: number) => round(margin.left + (at / xs.end) * plotWidth);
  const top = (value: number) => round(margin.top + plotHeight - (value / ys.end) * plotHeight);
  const text = (at: number, from: number, anchor: string, what: string, more = '') =>
    `<text x="${at}" y="${from}" text-anchor="${anchor}"${more}>${escape(what)}</text>`;
  const parts = [
    text(margin.left, 22, 'start', title, ' font-size="15" font-weight="600"'),
    ...ys.at.flatMap((value) => [
      `<path d="M${margin.left} ${top(value)}H${margin.left + plotWidth}" stroke="#94a3b8" stroke-opacity="0.4"/>`,
      text(margin.left - 8, top(value) + 4, 'end', value.toLocaleString('en')),
    ]),
    ...xs.at.map((at) => text(left(at), margin.top + plotHeight + 18, 'middle', at.toLocaleString('en'))),
    text(margin.left + plotWidth / 2, height - 8, 'middle', x),
    text(margin.left, margin.top - 8, 'start', y),
    ...lines.flatMap((line, index) => {
      const colour = colours[index % colours.length] ?? '';
      const path = line.points.map(([at, value]) => `${left(at)} ${top(value)}`).join('L');
      const row = margin.top + 12 + index * 20;
      return [
        `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        `<path d="M${width - margin.right + 12} ${row - 4}h18" stroke="${colour}" stroke-width="3"/>`,
        text(width - margin.right + 36, row, 'start', line.name),
      ];
    }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    `<g fill="#0f172a">${parts.join('\n')}</g>`,
    '</svg>\n',
  ].join('\n');
}

/** Round numbers from 0 to at least the largest value, five or so. */
function ticksOf(max: number): { readonly at: readonly number[]; readonly end: number } {
  const rough = Math.max(max, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const count = Math.ceil(max / step);
  return { at: Array.from({ length: count + 1 }, (_, index) => index * step), end: count * step };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
