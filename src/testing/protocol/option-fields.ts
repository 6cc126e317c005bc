import { came, hintAt, requireFields } from '../known-fields.js';
import { incidents as knownIncidents, type Incident } from './incidents.js';
import { protocolTicks, type ProtocolTicks } from './protocol-options.js';

/** The options that the models of the protocol and of its delivery extension share. */
export const sharedFields = {
  streams: true,
  delay: true,
  order: true,
  missedHeartbeatsMax: true,
  records: true,
  ticks: true,
  faults: true,
  incidents: true,
  producers: true,
  symmetric: true,
  stranger: true,
} as const;

/** @throws TypeError for an option, a duration or an incident that there is none of. */
export function checkFields(
  options: { readonly ticks?: Partial<ProtocolTicks>; readonly incidents?: readonly Incident[] },
  fields: Readonly<Record<string, true>>,
): void {
  requireFields('', options, Object.keys(fields));
  if (options.ticks !== undefined) requireFields('ticks', options.ticks, Object.keys(protocolTicks));
  const known: readonly string[] = knownIncidents;
  const stranger: string | undefined = options.incidents?.find((incident) => !known.includes(incident));
  if (stranger === undefined) return;
  throw new TypeError(
    `incidents: expected some of ${known.join(', ')}, came ${came(stranger)}${hintAt(stranger, known)}`,
  );
}
