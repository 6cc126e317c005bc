/** A mistake that no property can notice, because nothing that the protocol promises depends on what it changes. */
export interface HarmlessMutants {
  readonly reason: string;
  /** By `place: description`. */
  readonly are: RegExp;
}

/**
 * Why each mutant that no property notices is harmless. Each of them differs from the state tables of PROTOCOL.md all the
 * same, so that the tests of these notice it.
 */
export const harmlessMutants: readonly HarmlessMutants[] = [
  {
    reason: 'The guards of the two alternatives never hold together: a close has one code.',
    are: /swaps the alternatives isNormal and isNotPermitted/,
  },
  {
    reason: 'Only a consumer of an earlier version confirms a stream whose close it was told, and the model has none.',
    are: /unreachable → on\.heartbeat\.confirmed/,
  },
  {
    reason: 'The guards of the two alternatives never hold together: who has a registered stream is no new consumer.',
    are: /swaps the alternatives isRegistered and isNewConsumer/,
  },
  {
    reason:
      'Towards a plain consumer the source is cancelled and the close published alike; the actor is gone a round later.',
    are: /^producerStream\.(opening|active) → on\.peer\.unreachable\[0\]\.guard: drops the guard reportsAreExact/,
  },
  {
    reason:
      'The close of an unreachable stream is told by heartbeats; the frame is tried beside them, and may not arrive.',
    are: /^producerStream\.finishing → on\.peer\.unreachable\.actions\[0\]: drops the action wire\.close/,
  },
  {
    reason:
      'Not shown to be harmless: the model has no extended stream whose heartbeats are refused. The state tables notice it.',
    are: /^producerStream\.finishing → on\.heartbeat\.refused/,
  },
];
