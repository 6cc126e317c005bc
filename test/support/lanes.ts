/** A part of the tests that is run in a process of its own. */
export interface Lane {
  readonly name: string;
  /** Of which files, below the project, it consists. */
  readonly isOf: (file: string) => boolean;
  /** It only computes, so that it can wait for lanes in which clocks and other processes go on. */
  readonly yields?: true;
}

const isOfFaults = (file: string) => file.startsWith('test/faults/');
const isOfBrowser = (file: string) => /^test\/(browser|src\/cli)\//.test(file);
const isOfMutants = (file: string) => /^test\/testing\/protocol\/(mutation|delivery-arithmetic)\.test/.test(file);
const isOfExplorations = (file: string) => file.startsWith('test/testing/') && !isOfMutants(file);
const isOfUnits = (file: string) =>
  ![isOfFaults, isOfBrowser, isOfMutants, isOfExplorations].some((isOf) => isOf(file));

/** Every test is of one of them. They are run side by side. */
export const lanes: readonly Lane[] = [
  { name: 'units', isOf: isOfUnits },
  { name: 'faults', isOf: isOfFaults },
  { name: 'browser', isOf: isOfBrowser },
  { name: 'explorations', isOf: isOfExplorations, yields: true },
  { name: 'mutants', isOf: isOfMutants, yields: true },
];
