import type { InspectionEvent, Observer } from 'xstate';

/** What an observer given to a client is told, by XState itself, of every actor of that client. */
export type Inspector = Observer<InspectionEvent> | ((event: InspectionEvent) => void);
