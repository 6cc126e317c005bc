import type { Report } from './report.js';

const silent = () => undefined;

/** For a demo that is watched elsewhere. */
export const silentReport: Report = { begin: silent, state: silent, event: silent, end: silent, summary: silent };
