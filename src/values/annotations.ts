/**
 * What superjson calls `meta`: what the JSON of a value leaves unsaid. `values` says what stands at which path, and
 * `referentialEqualities` which paths hold one and the same object; those of the root come first, in a list of their own.
 */
export interface Annotations {
  readonly values?: AnnotationTree | AnnotatedType;
  readonly referentialEqualities?:
    SharedPaths | readonly [readonly string[]] | readonly [readonly string[], SharedPaths];
  readonly v: 1;
}

/** By a step, or by several joined by dots: what stands there, or what is annotated inside. */
export interface AnnotationTree {
  [steps: string]: AnnotationTree | AnnotatedType;
}

/** The type of one value; behind it, where it holds others, what is annotated inside. */
export type AnnotatedType = readonly [type: AnnotationType] | readonly [type: AnnotationType, inside: AnnotationTree];

export type AnnotationType = string | readonly [kind: string, name: string];

/** The paths where an object stands as well, by the first one. */
export type SharedPaths = Record<string, readonly string[]>;

/** The first of the version that has escapes in paths; the only one that is written. */
export const annotationsVersion = 1;

/** A name as a step of a path: a dot or a backslash within it has a backslash before it. */
export function escapeStep(name: string): string {
  return /[.\\]/.test(name) ? name.replace(/[.\\]/g, '\\$&') : name;
}

/** The names that a path leads through. */
export function stepsOf(path: string): string[] {
  if (!path.includes('\\')) return path.split('.');
  const steps: string[] = [];
  let step = '';
  for (let index = 0; index < path.length; index += 1) {
    const character = path[index] ?? '';
    if (character === '.') {
      steps.push(step);
      step = '';
    } else if (character === '\\') {
      index += 1;
      const escaped = path[index];
      if (escaped !== '.' && escaped !== '\\') throw new TypeError(`expected a path, came ${JSON.stringify(path)}`);
      step += escaped;
    } else {
      step += character;
    }
  }
  return [...steps, step];
}

/** Sets an own field, also the one whose name would otherwise set the prototype. */
export function setOwn(holder: object, name: string | number, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    (holder as Record<string | number, unknown>)[name] = value;
  }
}
