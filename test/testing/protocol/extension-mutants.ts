/** Mutants of what plain peers never do: the delivery extension. By `place: description`. */
export function isOfExtension(name: string): boolean {
  return (
    /frame\.(announced|gap|lost|recovered)|recovering|isExtended|finishing|on\.flow\.|blocked|peer\./.test(name) ||
    /wire\.(cancel|announce|finish|resend|resume|probe|catchUp)/.test(name) ||
    /(opening|active) → on\.heartbeat\.confirmed/.test(name) ||
    name.includes('on.stream.added[0].actions')
  );
}
