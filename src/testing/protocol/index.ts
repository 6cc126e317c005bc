/** A model of the shipped protocol for the model checker, with its properties. */
export { protocolAdapter, type ProtocolAdapterOptions, type ProtocolMessage } from './adapter.js';
export { protocolBounds, protocolProperties, type ProtocolBounds } from './properties.js';
export { readerMachine, type ReaderContext } from './reader.js';
export { sourceMachine } from './source.js';
export { deliveryAdapter } from './delivery-adapter.js';
export { deliveryArithmetic, type DeliveryArithmetic, type DeliveryTerms } from './delivery-arithmetic.js';
export type { DeliveryMessage } from './delivery-messages.js';
export { deliveryProperties } from './delivery-properties.js';
export { deliveryReaderMachine } from './delivery-reader.js';
export { deliverySystem, type DeliverySystemOptions } from './delivery-system.js';
export { replayOnClients } from './replay/replay-on-clients.js';
export { incidents, type Incident } from './incidents.js';
export { producerProcess, streamsOf, type ModelStream } from './model-stream.js';
export { viewStream, type StreamView } from './stream-view.js';
export { protocolTicks, type ProtocolSystem, type ProtocolTicks, type ProtocolView } from './protocol-options.js';
export type { Stranger, StrangerSecret } from './stranger.js';
export { protocolSystem, type ProtocolModelOptions, type ProtocolSystemOptions } from './system.js';
