/** The colours of the page, as a canvas needs them. Lengths of text are measured in the same faces. */
export interface Palette {
  readonly surface: string;
  readonly surface2: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly edge: string;
  readonly accent: string;
  readonly selected: string;
  readonly good: string;
  readonly warm: string;
  readonly bad: string;
  readonly taken: string;
  readonly states: Readonly<Record<string, string>>;
  readonly other: string;
  /** Of states that are not of a stream: each has one of these, by its name. */
  readonly others: readonly string[];
  readonly sans: string;
  readonly mono: string;
}

/** Reads the style sheet's variables. It costs a style computation, so it is done when the theme changes only. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    surface: of('surface'),
    surface2: of('surface-2'),
    text: of('text'),
    muted: of('muted'),
    line: of('line'),
    lineStrong: of('line-strong'),
    edge: of('edge'),
    accent: of('accent'),
    selected: of('selected'),
    good: of('good'),
    warm: of('warm'),
    bad: of('bad'),
    taken: of('taken'),
    states: {
      opening: of('state-opening'),
      active: of('state-active'),
      cancelling: of('state-cancelling'),
      closed: of('state-closed'),
      error: of('bad'),
    },
    other: of('state-other'),
    others: [1, 2, 3, 4, 5, 6].map((nth) => of(`state-other-${nth}`)),
    sans: of('sans'),
    mono: of('mono'),
  };
}

export function stateColor(palette: Palette, phase: string): string {
  return palette.states[phase] ?? palette.others[otherColor(phase)] ?? palette.muted;
}

/** Which of the other colours a state has: the same in every run, and in every pane. */
function otherColor(phase: string): number {
  let hash = 0;
  for (let at = 0; at < phase.length; at += 1) hash = (hash * 31 + phase.charCodeAt(at)) % 9_973;
  return hash % 6;
}
