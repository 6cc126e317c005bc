export { decodeBase64, encodeBase64 } from './base64.js';
export {
  bodyOf,
  decodeControl,
  decodeDeliveryFrame,
  encodeAnnouncement,
  encodeControl,
  encodeDeliveryClose,
  encodeFragment,
  fragmentOverheadBytes,
  isDeliveryFrame,
  recordOf,
  type AnnouncedTerms,
  type ControlFrame,
  type DeliveryFrame,
  type FragmentFrame,
  type WireRecord,
} from './delivery-frames.js';
export { compareCodePoints, stringifyGoJson } from './go-json.js';
export {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  type HeartbeatRequest,
  type HeartbeatResponse,
  type SubjectStreams,
} from './heartbeat.js';
export { newConsumerToken, newStreamId } from './ids.js';
export { malformed, type Malformed } from './malformed.js';
export {
  checkAddresses,
  decodeOpenRequest,
  encodeOpenRequest,
  type DeliveryOffer,
  type ExtensionOffer,
  type OpenRequest,
} from './open-request.js';
export { recordLength, RecordsFrameBuilder, type BuilderMemory } from './records-frame-builder.js';
export { splitHeartbeat } from './split-heartbeat.js';
export {
  closeTextBytesMax,
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
  type CloseFrame,
  type DataFrame,
  type UnknownFrame,
} from './streaming-message.js';
export {
  consumerIdOf,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isConsumerId,
  isPublishSubject,
  isStreamId,
  isSubscribeSubject,
  streamIdOfInbox,
  subjectBytesMax,
} from './subjects.js';
