import type { Plugin } from 'vite';

export function thirdPartyNotices(fileName: string, licensedWith?: Readonly<Record<string, string>>): Plugin;
