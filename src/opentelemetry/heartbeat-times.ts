import type { Clock } from '../host/clock.js';
import type { MessageTap } from '../host/trace-port.js';
import { isHeartbeatSubject } from '../wire/index.js';

/** One that nobody has answered within this time will not be. */
const answerableMs = 600_000;

/**
 * Measures how long a producer's heartbeats take to be answered, by the messages themselves.
 *
 * @param tell Is told of each answer, in milliseconds.
 */
export function heartbeatTimes(clock: Clock, tell: (ms: number) => void): MessageTap {
  /** When each was asked, by where it is answered, oldest first. */
  const askedAt = new Map<string, number>();
  return {
    sent: (subject, _payload, reply) => {
      if (reply === undefined || !isHeartbeatSubject(subject)) return;
      const now = clock.now();
      for (const [old, at] of askedAt) {
        if (now - at < answerableMs) break;
        askedAt.delete(old);
      }
      askedAt.set(reply, now);
    },
    delivered: ({ subject }) => {
      if (askedAt.size === 0) return;
      const at = askedAt.get(subject);
      if (at === undefined) return;
      askedAt.delete(subject);
      tell(clock.now() - at);
    },
  };
}
