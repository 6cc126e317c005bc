/**
 * The machines of the protocol, pure, with their events and commands: for embedding, for tests and for tools.
 *
 * @module nats-stream-actors/machines
 */
export { consumerStreamMachine } from './consumer-stream.js';
export type { ConsumerStreamContext, ConsumerStreamInput } from './consumer-stream.js';
export { consumerClientMachine } from './consumer-client.js';
export type { ConsumerClientContext, KnownStream } from './consumer-client.js';
export { producerStreamMachine } from './producer-stream.js';
export type { ProducerStreamContext, ProducerStreamInput } from './producer-stream.js';
export { producerClientMachine } from './producer-client.js';
export type { ProducerClientContext, ProducerClientInput } from './producer-client.js';
export { heartbeatMachine } from './heartbeat.js';
export type { HeartbeatContext, HeartbeatInput, RegisteredStream } from './heartbeat.js';

export type {
  ActorEvent,
  ConsumerClientEvent,
  ConsumerStreamEvent,
  HeartbeatEvent,
  ProducerClientEvent,
  ProducerStreamEvent,
  RequestReceived,
  StreamUnreachable,
} from './events.js';
export { streamIdOf, streamOf } from './attempt.js';
export { clientActorId } from './commands.js';
export type { Command, CommandParams, CommandType, EndReason, SpawnParams, StreamEnd } from './commands.js';
export { CloseCode } from './close-code.js';
export { listOf, sizeOf } from './entries.js';
export type { Entries, EntryTree } from './entries.js';
export type { ListedClose, ListedStream } from './listed-stream.js';

/** The arithmetic of the delivery extension. */
export {
  beginInflow,
  closeInflow,
  consume,
  forgetGap,
  grantOf,
  isGrantDue,
  isOverrun,
  noteGranted,
  receiveAnnouncement,
  receiveBytes,
  receiveItems,
} from './inflow.js';
export type { Arrival, Inflow } from './inflow.js';
export {
  beginOutflow,
  creditOf,
  endOf,
  isGrantComing,
  isGrantPossible,
  isSettled,
  isUnreachable,
  maySend,
  notePrompted,
  sendClose,
  sendRecord,
  takeGrant,
} from './outflow.js';
export type { Outflow } from './outflow.js';
export type { Grant, Window } from './window.js';
export {
  resumptionMachine,
  type ResumptionCommands,
  type ResumptionContext,
  type ResumptionEvent,
  type ResumptionInput,
} from './resumption.js';
