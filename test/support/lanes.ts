/** A part of the tests that is run in a process of its own. */
export interface Lane {
  readonly name: string;
  /** Of which files, below the project, it consists. */
  readonly isOf: (file: string) => boolean;
}

const isOfFaults = (file: string) => file.startsWith('test/faults/');
const isOfBrowser = (file: string) => /^test\/(browser|src\/cli)\//.test(file);
const isOfExplorations = (file: string) => file.startsWith('test/testing/');

/** Every test is of one of them. Together they take about as long as each: that is why they are run side by side. */
export const lanes: readonly Lane[] = [
  { name: 'units', isOf: (file) => !isOfFaults(file) && !isOfBrowser(file) && !isOfExplorations(file) },
  { name: 'faults', isOf: isOfFaults },
  { name: 'browser', isOf: isOfBrowser },
  { name: 'explorations', isOf: isOfExplorations },
];
