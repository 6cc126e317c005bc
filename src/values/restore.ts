import { annotationsVersion, setOwn, stepsOf, type AnnotationTree, type AnnotationType } from './annotations.js';
import { createError, setErrorField } from './error-fields.js';
import { readLeaf, regexpCharactersMax } from './leaves.js';
import { isJsonObject, type JsonObject } from '../wire/index.js';

type Shell = Map<unknown, unknown> | Set<unknown> | Error;

/** A place in the JSON. */
interface Slot {
  readonly holder: object;
  readonly name: string;
}

/**
 * The value that JSON and the annotations beside it say. Takes the JSON apart, which must be nobody else's.
 *
 * Annotations are a stranger's: only the types that are written are read, and a path leads through lists and own
 * fields of what the JSON holds, never anywhere else. Each annotation is applied once, in steps that it names itself,
 * so that the work and the memory grow with the length of JSON and annotations together.
 *
 * @throws where they do not fit the JSON, or are none that {@link annotate} writes.
 */
export function restore(json: unknown, annotations: unknown): unknown {
  return new Restorer().restore(json, annotations);
}

class Restorer {
  /** The maps, sets and errors that are made, empty at first, and the JSON of what each holds. */
  readonly #shells = new Map<unknown, object>();
  readonly #root: Slot = { holder: { root: null }, name: 'root' };
  #regexpCharacters = 0;

  restore(json: unknown, annotations: unknown): unknown {
    if (!isJsonObject(annotations)) throw new TypeError('expected annotations as an object');
    const { values, referentialEqualities, v, ...others } = annotations;
    if (v !== annotationsVersion || Object.keys(others).length > 0) {
      throw new TypeError(`expected annotations of version ${annotationsVersion}, and no others`);
    }
    setOwn(this.#root.holder, this.#root.name, json);
    if (values !== undefined) this.#applyTypes(values);
    if (referentialEqualities !== undefined) this.#applyShared(referentialEqualities);
    for (const [shell, held] of this.#shells) fill(shell as Shell, held);
    return valueAt(this.#root);
  }

  /** What holds others is annotated before what it holds: the JSON that leads there is still at hand. */
  #applyTypes(values: unknown): void {
    const open: { readonly tree: unknown; readonly slot: Slot }[] = [{ tree: values, slot: this.#root }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { tree, slot } = next;
      let inside: unknown = tree;
      if (Array.isArray(tree)) {
        const [type, held] = tree as unknown as readonly [AnnotationType, AnnotationTree?];
        if (tree.length > 2) throw new TypeError('expected the type of a value and what it holds');
        this.#applyType(type, slot);
        inside = held;
        if (inside === undefined) continue;
      }
      if (!isJsonObject(inside)) throw new TypeError('expected annotations as objects and lists');
      for (const steps of Object.keys(inside)) open.push({ tree: inside[steps], slot: this.#walk(slot, steps) });
    }
  }

  #applyType(type: AnnotationType, slot: Slot): void {
    const json = valueAt(slot);
    if (type === 'undefined' && !Object.hasOwn(slot.holder, slot.name)) setOwn(slot.holder, slot.name, undefined);
    else if (type === 'map' || type === 'set') {
      if (!Array.isArray(json)) throw new TypeError(`expected a ${type} as a list`);
      this.#shell(type === 'map' ? new Map() : new Set(), json, slot);
    } else if (type === 'Error') {
      if (!isRawObject(json)) throw new TypeError('expected an error as an object');
      if (Object.hasOwn(json, 'stack')) throw new TypeError('expected an error without a stack');
      this.#shell(createError(own(json, 'name'), own(json, 'message')), json, slot);
    } else {
      if (type === 'regexp') this.#countRegexp(json);
      setOwn(slot.holder, slot.name, readLeaf(json, type));
    }
  }

  #shell(shell: Shell, json: object, slot: Slot): void {
    this.#shells.set(shell, json);
    setOwn(slot.holder, slot.name, shell);
  }

  #countRegexp(json: unknown): void {
    this.#regexpCharacters += typeof json === 'string' ? json.length : 0;
    if (this.#regexpCharacters > regexpCharactersMax) {
      throw new TypeError(`expected regular expressions of at most ${regexpCharactersMax} characters together`);
    }
  }

  #applyShared(shared: unknown): void {
    if (!Array.isArray(shared)) {
      this.#applySharedPaths(shared);
      return;
    }
    const [ofRoot, others, more] = shared as readonly unknown[];
    if (more !== undefined) throw new TypeError('expected the paths of the root, and those of others');
    this.#share(this.#root, ofRoot);
    if (others !== undefined) this.#applySharedPaths(others);
  }

  #applySharedPaths(shared: unknown): void {
    if (!isJsonObject(shared)) throw new TypeError('expected paths by the path of an object');
    for (const path of Object.keys(shared)) this.#share(this.#walk(this.#root, path), shared[path]);
  }

  #share(first: Slot, paths: unknown): void {
    if (!Array.isArray(paths)) throw new TypeError('expected a list of paths');
    const value = valueAt(first);
    for (const path of paths as readonly unknown[]) {
      if (typeof path !== 'string') throw new TypeError('expected a path as a string');
      const { holder, name } = this.#walk(this.#root, path);
      if (!Object.hasOwn(holder, name)) throw misfit(path);
      setOwn(holder, name, value);
    }
  }

  /** The place to which the steps of a path lead. The last one may be a field that an object has not. */
  #walk(from: Slot, path: string): Slot {
    let slot = from;
    for (const name of stepsOf(path)) {
      const value = valueAt(slot);
      const holder = this.#shells.get(value) ?? value;
      if (Array.isArray(holder)) {
        if (!/^(?:0|[1-9]\d*)$/.test(name) || !Object.hasOwn(holder, name)) throw misfit(path);
      } else if (!isRawObject(holder)) {
        throw misfit(path);
      }
      slot = { holder, name };
    }
    return slot;
  }
}

function valueAt({ holder, name }: Slot): unknown {
  return own(holder, name);
}

function own(holder: object, name: string): unknown {
  return Object.hasOwn(holder, name) ? (holder as JsonObject)[name] : undefined;
}

/** Whether a value is an object as JSON has them, and none of those that were made of it. */
function isRawObject(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.getPrototypeOf(value) === Object.prototype;
}

function fill(shell: Shell, held: object): void {
  if (shell instanceof Error) {
    for (const name of Object.keys(held)) {
      if (name !== 'name' && name !== 'message') setErrorField(shell, name, own(held, name));
    }
    return;
  }
  const members = held as readonly unknown[];
  for (const member of members) {
    if (shell instanceof Set) {
      shell.add(member);
    } else {
      if (!Array.isArray(member) || member.length !== 2) throw new TypeError('expected a row of a map as a pair');
      shell.set(member[0], member[1]);
    }
  }
  if (shell.size < members.length) throw new TypeError('expected a map or a set without equal members');
}

function misfit(path: string): TypeError {
  return new TypeError(`expected a path within the record, came ${JSON.stringify(path.slice(0, 100))}`);
}
