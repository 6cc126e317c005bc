/** A question to a state: which value a part of it has. Each value leads to the next question, or to the answer. */
interface Question {
  readonly part: number;
  readonly next: (Question | boolean | undefined)[];
}

/** One part that was read to find an answer, and the value that it had. */
export interface Reading {
  readonly part: number;
  readonly value: number;
}

/**
 * What is known of a predicate: its answers, by what it reads to find them. A pure predicate that reads the same values
 * reads the same parts next, so its answers form a tree, and a state in which it would read nothing new needs no
 * evaluation.
 */
export interface DecisionTree {
  /** The answer in a state, undefined if it is not known. @param valueOf the value of a part in that state. */
  find(valueOf: (part: number) => number): boolean | undefined;
  /** Adds an answer, with all that was read to find it, in that order. */
  add(readings: readonly Reading[], answer: boolean): void;
}

/** Makes a tree that knows nothing. */
export function createDecisionTree(): DecisionTree {
  let root: Question | boolean | undefined;
  return {
    find(valueOf) {
      let node = root;
      while (typeof node === 'object') node = node.next[valueOf(node.part)];
      return node;
    },
    add(readings, answer) {
      let attach = (node: Question | boolean) => {
        root = node;
      };
      let known = root;
      for (const { part, value } of readings) {
        // Where a predicate that remembers something reads other parts than before, the tree follows it.
        const question: Question = typeof known === 'object' && known.part === part ? known : { part, next: [] };
        attach(question);
        attach = (node) => {
          question.next[value] = node;
        };
        known = question.next[value];
      }
      attach(answer);
    },
  };
}
