/** Shows actors of XState 5 in receivers of `@xstate/inspect` 0.8. */
export { createBridge, type Bridge, type BridgeOptions } from './bridge.js';
export { createReceiver, type Receiver } from './receiver.js';
export { createInspectServer, type InspectServer, type InspectServerOptions } from './server.js';
export { toV4Machine, type V4Machine, type V4Node, type V4Transition } from './v4-machine.js';
export type { RunningTimer, TakenEdge, V5Facts } from './v4-state.js';
