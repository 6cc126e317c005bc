import type { InspectionEvent, Observer } from 'xstate';

/** Receives XState's own inspection events of every actor of a client. */
export type Inspector = Observer<InspectionEvent> | ((event: InspectionEvent) => void);
