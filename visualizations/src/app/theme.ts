import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Theme } from '../model/types.js';

export type ThemeChoice = 'auto' | 'light' | 'dark';

const storageKey = 'nats-stream.theme';

export interface ThemeControl {
  readonly choice: ReadonlySignal<ThemeChoice>;
  readonly theme: ReadonlySignal<Theme>;
  /** From what the system has, to the other, and back. */
  readonly toggle: () => void;
}

/** Follows the system until somebody chooses, and remembers the choice. */
export function createTheme(): ThemeControl {
  const choice = signal<ThemeChoice>(readChoice());
  const prefersDark = mediaSignal('(prefers-color-scheme: dark)');
  const reducedMotion = mediaSignal('(prefers-reduced-motion: reduce)');
  const theme = computed<Theme>(() => ({
    dark: choice.value === 'auto' ? prefersDark.value : choice.value === 'dark',
    reducedMotion: reducedMotion.value,
  }));
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value.dark ? 'dark' : 'light';
  });
  return {
    choice,
    theme,
    toggle: () => {
      choice.value = theme.value.dark ? 'light' : 'dark';
      try {
        localStorage.setItem(storageKey, choice.value);
      } catch {
        // A page without storage forgets the choice, which is all that can be done.
      }
    },
  };
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'light' || stored === 'dark' ? stored : 'auto';
  } catch {
    return 'auto';
  }
}

function mediaSignal(query: string): ReadonlySignal<boolean> {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener('change', () => (matches.value = media.matches));
  return matches;
}
