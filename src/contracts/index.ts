/// <reference lib="esnext.disposable" preserve="true" />
// The streams that it names are disposable, as src/index.ts says.

/**
 * The door of a module that both sides of a stream import: what they agree on, in one place. It brings neither client.
 *
 * @module nats-stream-actors/contract
 */
export { defineStream } from './contract.js';
export type { StreamContract } from './contract.js';
export type { ContractStream } from '../consumer/contract-stream.js';
export type { ContractHandler, ContractRequest } from '../producer/contract-handler.js';
