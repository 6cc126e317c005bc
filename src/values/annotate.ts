import {
  annotationsVersion,
  escapeStep,
  setOwn,
  type AnnotatedType,
  type Annotations,
  type AnnotationTree,
  type AnnotationType,
  type SharedPaths,
} from './annotations.js';
import { isBinary } from './binary-transformer.js';
import { checkDepth, depthMax } from './depth.js';
import { fieldsOfError } from './error-fields.js';
import { regexpCharactersMax, writeLeaf } from './leaves.js';
import { refuse, unfitAnywhere, unfitObject } from './unfit-values.js';

/** The most characters, about, that a JSON text may have so that shared objects are written in each of their places. */
export const copiedCharactersMax = 16_777_216;

/** The most characters of all paths to shared objects, whose length grows with the depth at which these stand. */
export const pathCharactersMax = 16_777_216;

export interface AnnotatedJson {
  readonly json: unknown;
  readonly annotations?: Annotations;
}

/** Where an object, of whatever kind, was met first. */
interface Place {
  readonly value: object;
  /** What stands for it in the JSON; text where it holds nothing. */
  readonly json: unknown;
  /** How many lists and objects of the JSON are around what it holds. */
  readonly depth: number;
  /** What holds it; undefined for what holds the root. */
  readonly parent: Place | undefined;
  /** Where it stands in its holder, as paths have it. */
  readonly step: string;
  readonly type: AnnotationType | undefined;
  /** Annotations of what it holds, where there are any. */
  inside: AnnotationTree | undefined;
  path: string | undefined;
  /** The places that it holds, those met elsewhere first included. */
  readonly holds: Place[];
  /** How often it is held. */
  holders: number;
  /** How long its own JSON text is, about, without what it holds. */
  characters: number;
  /** For the sum of the copies: its holders that were not counted yet, how often those write it, and at which depth. */
  uncounted: number;
  copies: number;
  copiedDepth: number;
}

/** A place where an object stands once more. */
interface Repeat {
  readonly at: Place;
  readonly step: string;
  readonly json: object;
  readonly name: string | number;
  readonly first: Place;
}

/**
 * Writes a value as JSON, and beside it superjson's annotations of what JSON does not say. The work, and the length of
 * both but for paths, grows with the number of values and references in the graph, whatever its shape.
 *
 * Objects are met in the order of their depth, so that each one's path is one of the shortest, and no path leads
 * through a place where an object stands once more: so a reader can apply the annotations in any order.
 *
 * Where the graph is a tree but for shared objects these are written in each of their places, as JSON does. Where it
 * has a cycle, or would become longer than {@link copiedCharactersMax} or deeper than the limit, each object is written
 * where it was met first, and is null elsewhere.
 *
 * With `staysPlain` the JSON is what `JSON.stringify` makes of the value wherever that makes sense of it: a field that
 * is undefined is left out of it, and -0 is 0.
 *
 * @throws {TypeError} of a value that cannot be carried, {RangeError} of one that is nested too deep.
 */
export function annotate(root: unknown, staysPlain: boolean): AnnotatedJson {
  return new Annotator(staysPlain).annotate(root);
}

class Annotator {
  readonly #staysPlain: boolean;
  readonly #places = new Map<object, Place>();
  /** Places in the order in which they were met; those that hold nothing are not among them. */
  readonly #queue: Place[] = [];
  readonly #repeats: Repeat[] = [];
  /** What `toJSON` gave for an object, so that it stays one object in all of its places. */
  readonly #given = new Map<object, unknown>();
  #regexpCharacters = 0;

  constructor(staysPlain: boolean) {
    this.#staysPlain = staysPlain;
  }

  annotate(root: unknown): AnnotatedJson {
    const outermost = placeOf({}, {}, undefined, '', 0, undefined);
    this.#put(root, outermost, '', outermost.json as object, 'root');
    // What is met meanwhile comes at the end, and has its turn as well.
    for (const place of this.#queue) this.#putFields(place);
    this.#putRepeats(outermost);
    const { root: json } = outermost.json as { readonly root: unknown };
    const values = outermost.inside?.[''];
    const shared = this.#sharedPaths();
    if (values === undefined && shared === undefined) return { json };
    const annotations: Annotations = {
      ...(values === undefined ? {} : { values }),
      ...(shared === undefined ? {} : { referentialEqualities: shared }),
      v: annotationsVersion,
    };
    return { json, annotations };
  }

  /** Writes one value into the JSON of what holds it. */
  #put(value: unknown, at: Place, step: string, json: object, name: string | number): void {
    if (typeof value === 'string') {
      at.characters += value.length + 3;
      setOwn(json, name, value);
    } else if (value === null || typeof value === 'boolean' || (Number.isFinite(value) && !Object.is(value, -0))) {
      at.characters += 6;
      setOwn(json, name, value);
    } else if (typeof value === 'object') {
      this.#putObject(value, at, step, json, name);
    } else if (typeof value === 'function' || typeof value === 'symbol') {
      refuse(`a ${typeof value}`, String(name));
    } else {
      this.#putUnknownToJson(value, at, step, json, name);
    }
  }

  /** Undefined, a bigint, NaN, an infinity or -0. */
  #putUnknownToJson(value: unknown, at: Place, step: string, json: object, name: string | number): void {
    const { json: written, type } = writeLeaf(value);
    noteType(at, step, type);
    at.characters += typeof written === 'string' ? written.length + 3 : 6;
    if (!this.#staysPlain) setOwn(json, name, written);
    else if (value === 0) setOwn(json, name, 0);
    else if (value !== undefined || Array.isArray(json) || at.parent === undefined) setOwn(json, name, written);
  }

  #putObject(value: object, at: Place, step: string, json: object, name: string | number): void {
    const first = this.#places.get(value);
    if (first !== undefined) {
      // A place that is held keeps its own in the order of its fields: what it is comes when all are known.
      setOwn(json, name, null);
      first.holders += 1;
      at.holds.push(first);
      this.#repeats.push({ at, step, json, name, first });
      return;
    }
    const unfit = unfitAnywhere(value);
    if (unfit !== undefined) refuse(unfit, String(name));
    if (isLeaf(value)) {
      this.#putLeaf(value, at, step, json, name);
      return;
    }
    if (!isContainer(value)) {
      const given = this.#givenOf(value, String(name));
      if (given !== value) {
        this.#put(given, at, step, json, name);
        return;
      }
      const misfit = unfitObject(value);
      if (misfit !== undefined) refuse(misfit, String(name));
    }
    const type = containerTypeOf(value);
    // A row of a map is a list of its own.
    const depth = at.depth + (type === 'map' ? 2 : 1);
    checkDepth(depth);
    const isList = Array.isArray(value) || type === 'map' || type === 'set';
    const place = placeOf(value, isList ? [] : {}, at, step, depth, type);
    if (type !== undefined) noteType(at, step, type);
    setOwn(json, name, place.json);
    this.#meet(place);
    this.#queue.push(place);
  }

  #putLeaf(value: object, at: Place, step: string, json: object, name: string | number): void {
    if (value instanceof RegExp) {
      this.#regexpCharacters += value.source.length + value.flags.length + 2;
      if (this.#regexpCharacters > regexpCharactersMax) {
        throw new TypeError(
          `expected regular expressions of at most ${regexpCharactersMax} characters together, came ${this.#regexpCharacters}`,
        );
      }
    }
    const { json: written, type } = writeLeaf(value);
    const place = placeOf(value, written, at, step, at.depth, type);
    place.characters = typeof written === 'string' ? written.length + 3 : lengthOfBinary(written);
    noteType(at, step, type);
    setOwn(json, name, written);
    this.#meet(place);
  }

  #meet(place: Place): void {
    this.#places.set(place.value, place);
    place.parent?.holds.push(place);
  }

  #putFields(place: Place): void {
    const { value } = place;
    const json = place.json as object;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        this.#put(value[index], place, String(index), json, index);
      }
    } else if (value instanceof Map) {
      this.#refuseMerged(value);
      let row = 0;
      for (const [key, held] of value) {
        const pair: unknown[] = [];
        (json as unknown[]).push(pair);
        this.#put(key, place, `${row}.0`, pair, 0);
        this.#put(held, place, `${row}.1`, pair, 1);
        row += 1;
      }
    } else if (value instanceof Set) {
      this.#refuseMerged(value);
      let index = 0;
      for (const element of value) {
        this.#put(element, place, String(index), json, index);
        index += 1;
      }
    } else if (value instanceof Error) {
      for (const [name, field] of fieldsOfError(value)) this.#putField(name, field, place);
    } else {
      for (const name of Object.keys(value)) this.#putField(name, (value as Record<string, unknown>)[name], place);
    }
  }

  #putField(name: string, field: unknown, place: Place): void {
    place.characters += name.length + 4;
    this.#put(field, place, escapeStep(name), place.json as object, name);
  }

  /** Elements and keys that `toJSON` makes equal would be one of them at the reader's. */
  #refuseMerged(holder: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): void {
    let areGiven = false;
    for (const member of holder.keys()) if (this.#givenOf(member) !== member) areGiven = true;
    if (!areGiven) return;
    const given = new Set(Array.from(holder.keys(), (member) => this.#givenOf(member)));
    if (given.size < holder.size) refuse(`a ${holder instanceof Map ? 'Map' : 'Set'} whose members toJSON makes equal`);
  }

  /** What `toJSON` makes of a value, where it has such a method; JSON does not ask what it gives once more. */
  #givenOf(value: unknown, name = ''): unknown {
    if (typeof value !== 'object' || value === null || isLeaf(value) || isContainer(value)) return value;
    if (this.#given.has(value)) return this.#given.get(value);
    const { toJSON } = value as { readonly toJSON?: unknown };
    if (typeof toJSON !== 'function') return value;
    const given = (toJSON as (key: string) => unknown).call(value, name);
    this.#given.set(value, given);
    if (typeof given === 'object' && given !== null) this.#given.set(given, given);
    return given;
  }

  #putRepeats(outermost: Place): void {
    if (this.#repeats.length === 0 || !this.#canBeCopied(outermost)) return;
    for (const { json, name, first } of this.#repeats) setOwn(json, name, first.json);
  }

  /** Whether no object holds itself, and the JSON with each object in all of its places is neither too long nor too deep. */
  #canBeCopied(outermost: Place): boolean {
    for (const place of this.#places.values()) place.uncounted = place.holders;
    outermost.copies = 1;
    const ready = [outermost];
    let [characters, met] = [0, 0];
    for (let place = ready.pop(); place !== undefined; place = ready.pop()) {
      characters += place.copies * place.characters;
      met += 1;
      if (characters > copiedCharactersMax || place.copiedDepth > depthMax) return false;
      for (const held of place.holds) {
        held.uncounted -= 1;
        held.copies += place.copies;
        held.copiedDepth = Math.max(held.copiedDepth, place.copiedDepth + (held.depth - (held.parent?.depth ?? 0)));
        if (held.uncounted === 0) ready.push(held);
      }
    }
    // What holds itself is never without a holder, and neither is what it holds.
    return met === this.#places.size + 1;
  }

  #sharedPaths(): Annotations['referentialEqualities'] {
    const ofRoot: string[] = [];
    const others: SharedPaths = {};
    const lists = new Map<Place, string[]>();
    let characters = 0;
    for (const { at, step, first } of this.#repeats) {
      let paths = lists.get(first);
      if (paths === undefined) {
        paths = isRoot(first) ? ofRoot : [];
        lists.set(first, paths);
        if (paths !== ofRoot) setOwn(others, pathOf(first), paths);
        characters += pathOf(first).length;
      }
      const path = joined(at, step);
      characters += path.length;
      if (characters > pathCharactersMax) {
        throw new RangeError(
          `expected paths to shared objects of at most ${pathCharactersMax} characters together, came more: ` +
            'many objects are shared at a great depth',
        );
      }
      paths.push(path);
    }
    const hasOthers = lists.size > (ofRoot.length > 0 ? 1 : 0);
    if (ofRoot.length > 0) return hasOthers ? [ofRoot, others] : [ofRoot];
    return hasOthers ? others : undefined;
  }
}

function placeOf(
  value: object,
  json: unknown,
  parent: Place | undefined,
  step: string,
  depth: number,
  type: AnnotationType | undefined,
): Place {
  return {
    value,
    json,
    parent,
    step,
    depth,
    type,
    inside: undefined,
    path: undefined,
    holds: [],
    holders: 1,
    characters: 2,
    uncounted: 0,
    copies: 0,
    copiedDepth: 0,
  };
}

function isRoot(place: Place): boolean {
  return place.parent !== undefined && place.parent.parent === undefined;
}

function pathOf(place: Place): string {
  if (place.parent === undefined) return '';
  return (place.path ??= joined(place.parent, place.step));
}

function joined(at: Place, step: string): string {
  return isRoot(at) ? step : `${pathOf(at)}.${step}`;
}

function noteType(at: Place, step: string, type: AnnotationType): void {
  setOwn(insideOf(at), step, [type]);
}

/** The annotations inside a place, which hang on those of its holder. */
function insideOf(place: Place): AnnotationTree {
  if (place.inside === undefined) {
    place.inside = {};
    if (place.parent !== undefined) {
      const around = insideOf(place.parent);
      if (place.type === undefined) setOwn(around, place.step, place.inside);
      else (around[place.step] as [AnnotationType, AnnotationTree?] & AnnotatedType).push(place.inside);
    }
  }
  return place.inside;
}

function isLeaf(value: object): boolean {
  return value instanceof Date || value instanceof URL || value instanceof RegExp || isBinary(value);
}

function isContainer(value: object): boolean {
  return Array.isArray(value) || containerTypeOf(value) !== undefined;
}

function containerTypeOf(value: object): AnnotationType | undefined {
  if (value instanceof Map) return 'map';
  if (value instanceof Set) return 'set';
  return value instanceof Error ? 'Error' : undefined;
}

function lengthOfBinary(written: unknown): number {
  const { base64 } = written as { readonly base64: string };
  return base64.length + 40;
}
