import type { Plugin } from 'vite';

export function thirdPartyNotices(fileName: string): Plugin;
