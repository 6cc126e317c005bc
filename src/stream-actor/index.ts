/// <reference lib="esnext.disposable" preserve="true" />
// The streams that it names are disposable, as src/index.ts says.

/**
 * The door of those who write state machines: a stream as an actor that a machine of XState invokes or spawns. The types
 * stand here because a compiler has to name them in the declarations of a machine that is exported.
 *
 * @module nats-stream-actors/actor
 */
export { streamActor } from './stream-actor.js';
export type { ContractActorLogic, StreamActorLogic, StreamActorOptions } from './stream-actor.js';
export type { StreamActorSnapshot } from './persisted-stream.js';
export type {
  ContractRecordEvent,
  ContractResumedEvent,
  StreamActorInput,
  StreamActorKeptInput,
  StreamActorParent,
  StreamActorRequest,
  StreamRecordEvent,
} from './stream-actor-input.js';
