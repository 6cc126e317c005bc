import { kindOf, quote, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { isPublishSubject } from '../wire/index.js';

type ParameterOf<Token extends string> = Token extends `{${infer Name}}` ? Name : never;

type ParameterNames<Pattern extends string> = Pattern extends `${infer Token}.${infer Rest}`
  ? ParameterOf<Token> | ParameterNames<Rest>
  : ParameterOf<Pattern>;

/** The parameters of a subject pattern: `{ readonly id: string }` for `job.{id}.progress`. */
export type SubjectParams<Pattern extends string> = Readonly<Record<ParameterNames<Pattern>, string>>;

type IsBadToken<Token extends string> = Token extends '' | '{}'
  ? true
  : Token extends `{${infer Name}}`
    ? Name extends `${string}${'{' | '}' | '*' | '>' | ' '}${string}`
      ? true
      : false
    : Token extends `${string}${'{' | '}' | '*' | '>' | ' '}${string}`
      ? true
      : false;

type HasBadToken<Pattern extends string> = Pattern extends `${infer Token}.${infer Rest}`
  ? true extends IsBadToken<Token>
    ? true
    : HasBadToken<Rest>
  : IsBadToken<Pattern>;

/** The pattern itself where it is one; where it is none, what the compiler then says is expected. */
export type SubjectPattern<Pattern extends string> = string extends Pattern
  ? Pattern
  : true extends HasBadToken<Pattern>
    ? 'expected tokens joined by dots, each a text without wildcards, braces and spaces, or one {parameter}'
    : Pattern;

/** A token of a pattern: a text, or the name of a parameter. */
type Token = { readonly literal: string } | { readonly parameter: string };

/** A subject with parameters, read once. */
export class ParsedPattern {
  readonly pattern: string;
  readonly #tokens: readonly Token[];

  /** @throws {StreamError} `badArgument` where it is no pattern. */
  constructor(pattern: unknown) {
    if (typeof pattern !== 'string') refuse(`subject: expected a text, came ${kindOf(pattern)}`);
    this.pattern = pattern;
    this.#tokens = pattern.split('.').map((token) => tokenOf(token, pattern));
    const names = this.#names;
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      refuse(`subject: expected each parameter once, came {${twice}} twice in ${quote(pattern)}`);
    const example = this.#tokens.map((token) => ('literal' in token ? token.literal : 'x')).join('.');
    if (!isPublishSubject(example)) {
      refuse(`subject: expected a subject without wildcards, with parameters as {name}, came ${quote(pattern)}`);
    }
  }

  /**
   * The subject with all parameters filled in.
   *
   * @throws {StreamError} `badArgument` where one is missing, unknown, or no single token.
   */
  subjectOf(params: unknown): string {
    const given = this.#checked(params);
    const missing = this.#names.find((name) => given[name] === undefined);
    if (missing !== undefined) refuse(`params.${missing}: expected a text, came undefined`);
    return this.#fill(given, '');
  }

  /**
   * What a producer subscribes to: parameters that are not given are any.
   *
   * @throws {StreamError} `badArgument` where one is unknown or no single token.
   */
  wildcardOf(params: unknown): string {
    return this.#fill(this.#checked(params), '*');
  }

  /** The parameters of a subject that fits. */
  paramsOf(subject: string): Readonly<Record<string, string>> {
    const tokens = subject.split('.');
    return Object.fromEntries(
      this.#tokens.flatMap((token, place) => ('parameter' in token ? [[token.parameter, tokens[place] ?? '']] : [])),
    );
  }

  get #names(): readonly string[] {
    return this.#tokens.flatMap((token) => ('parameter' in token ? [token.parameter] : []));
  }

  #checked(params: unknown): Readonly<Record<string, unknown>> {
    const names = this.#names;
    const given = params ?? {};
    if (names.length === 0 && typeof given === 'object' && Object.keys(given).length > 0) {
      refuse(`params: expected none, as ${quote(this.pattern)} has no parameters`);
    }
    const values = requireKnownNames('params', given, names);
    for (const name of names) {
      const value = values[name];
      if (value === undefined) continue;
      if (typeof value !== 'string') refuse(`params.${name}: expected a text, came ${kindOf(value)}`);
      if (value.includes('.') || !isPublishSubject(value)) {
        refuse(`params.${name}: expected one token without dots, wildcards and spaces, came ${quote(value)}`);
      }
    }
    return values;
  }

  #fill(given: Readonly<Record<string, unknown>>, otherwise: string): string {
    return this.#tokens
      .map((token) =>
        'literal' in token ? token.literal : ((given[token.parameter] as string | undefined) ?? otherwise),
      )
      .join('.');
  }
}

function tokenOf(token: string, pattern: string): Token {
  const parameter = /^\{([^{}]+)\}$/.exec(token)?.[1];
  if (parameter !== undefined) {
    if (!isPublishSubject(parameter)) {
      refuse(`subject: expected names of parameters without wildcards and spaces, came ${quote(parameter)}`);
    }
    return { parameter };
  }
  if (/[{}]/.test(token)) {
    refuse(`subject: expected a parameter to be a token of its own, as in log.{service}, came ${quote(pattern)}`);
  }
  return { literal: token };
}
