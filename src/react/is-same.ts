/**
 * Whether two values that can be sent say the same: what a component writes down anew with each render is another object
 * each time, and no reason to open another stream.
 */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return one.getTime() === (other as Date).getTime();
  if (one instanceof Map || one instanceof Set) return isSame([...one], [...(other as Iterable<unknown>)]);
  if (Array.isArray(one) || ArrayBuffer.isView(one)) {
    const [left, right] = [one, other] as unknown as readonly [ArrayLike<unknown>, ArrayLike<unknown>];
    return left.length === right.length && Array.from(left).every((item, index) => isSame(item, right[index]));
  }
  const prototype: unknown = Object.getPrototypeOf(one);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const [left, right] = [one, other] as readonly Readonly<Record<string, unknown>>[];
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(left?.[name], right?.[name]))
  );
}
