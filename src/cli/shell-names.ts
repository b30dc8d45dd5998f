/** Shells that words are completed in. */
export const SHELL_NAMES = ["bash", "zsh", "fish"] as const;

export type ShellName = (typeof SHELL_NAMES)[number];
