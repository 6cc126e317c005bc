/** Whether what is printed there may have colours. */
export function wantsColours({ isTTY }: { readonly isTTY: boolean }): boolean {
  return isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

/** What puts text into the colours of a terminal, which are given by what they say; or leaves it alone. */
export function createPainter<Name extends string>(
  colours: Readonly<Record<Name, string>>,
  coloured: boolean,
): (name: Name, text: string) => string {
  return coloured ? (name, text) => `\u001b[${colours[name]}m${text}\u001b[0m` : (_, text) => text;
}
