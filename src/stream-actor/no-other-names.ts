type CharactersOf<Text extends string, Found extends string = never> = Text extends `${infer First}${infer Rest}`
  ? CharactersOf<Rest, Found | First>
  : Found;

/** What names are written with. */
type NameCharacter = CharactersOf<'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$-'>;

/** A name's beginnings, the empty one and the whole among them. */
type Beginning<Name extends string, Before extends string = ''> = Name extends `${infer First}${infer Rest}`
  ? Before | Beginning<Rest, `${Before}${First}`>
  : Before;

/** Where a name begins to differ from each of these. */
type Departure<Names extends string> = Exclude<`${Beginning<Names>}${NameCharacter}`, Beginning<Names>>;

/**
 * An object that has no other properties than these. The compiler looks for misspelt ones by itself in a literal that is
 * given, and not in one that a function gives back, as a machine's `input` does.
 */
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- a Record of these takes the linter minutes
export type NoOtherNames<Names extends string> = {
  readonly [Other in `${Departure<Names>}${string}` | Exclude<Beginning<Names>, Names | ''>]?: never;
};
