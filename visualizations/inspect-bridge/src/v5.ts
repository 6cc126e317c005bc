import type { Inspector } from '../../../src/tracing/index.js';
import type { indexMachine } from '../../../src/trace-events/machine-index.js';

/**
 * The types of XState 5, by way of this package: from this folder the name `xstate` means version 4.
 */
export type AnyStateMachine = Parameters<typeof indexMachine>[0];
export type AnyStateNode = AnyStateMachine['root'];
export type InspectionEvent = Parameters<Extract<Inspector, (event: never) => void>>[0];
export type AnyTransition = NonNullable<AnyStateNode['always']>[number];

/** An actor as far as the bridge looks at it. */
export interface AnyActor {
  readonly id: string;
  readonly sessionId: string;
  readonly logic: unknown;
  readonly _parent?: { readonly sessionId: string } | undefined;
  send(event: { readonly type: string }): void;
  getSnapshot(): AnySnapshot;
}

/** A snapshot of any kind of actor; a machine's has all of it. */
export interface AnySnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  readonly value?: unknown;
  readonly context?: unknown;
  readonly output?: unknown;
  readonly error?: unknown;
  readonly machine?: AnyStateMachine;
  readonly tags?: ReadonlySet<string>;
  readonly children?: Readonly<Record<string, AnyActor | undefined>>;
  readonly _nodes?: readonly AnyStateNode[];
}
