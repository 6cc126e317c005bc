export { closeTextBytesMax } from './close-text.js';
export { splitBody, splitDeliveryFrame, type FramePart } from './delivery/split-delivery-frame.js';
export { decodeBase64, encodeBase64 } from './plain/base64.js';
export {
  annotationsOf,
  bodyOf,
  decodeControl,
  decodeDeliveryFrame,
  encodeAnnouncement,
  encodeControl,
  encodeDeliveryClose,
  encodeFragment,
  fragmentOverheadBytes,
  isDeliveryFrame,
  joinedOverheadBytes,
  joinFrames,
  recordOf,
  type AnnouncedTerms,
  type ControlFrame,
  type DeliveryFrame,
  type FragmentFrame,
  type ReceivedRecord,
  type WireRecord,
} from './delivery/delivery-frames.js';
export { compareCodePoints, stringifyGoJson } from './plain/go-json.js';
export {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  type HeartbeatClose,
  type HeartbeatRequest,
  type HeartbeatResponse,
  type SubjectStreams,
} from './plain/heartbeat.js';
export { type RandomBytes, newConsumerToken, newSecretToken, newStreamId } from './ids.js';
export { isJsonObject, type JsonObject } from './json-object.js';
export { malformed, type Malformed } from './malformed.js';
export { printable, printableJson } from './printable.js';
export {
  checkAddresses,
  decodeOpenRequest,
  encodeOpenRequest,
  type DeliveryOffer,
  type ExtensionOffer,
  type OpenRequest,
} from './plain/open-request.js';
export { recordLength, RecordsFrameBuilder, type BuilderMemory } from './delivery/records-frame-builder.js';
export { splitHeartbeat } from './plain/split-heartbeat.js';
export {
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
  plainRecordBytesMax,
  type CloseFrame,
  type DataFrame,
  type UnknownFrame,
} from './plain/streaming-message.js';
export {
  consumerIdOf,
  heartbeatSubject,
  isHeartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isAnswerSubject,
  isConsumerId,
  isConsumerName,
  isImportReply,
  isPublishSubject,
  isStreamId,
  isSubscribeSubject,
  streamIdOfInbox,
  subjectBytesMax,
} from './subjects.js';
