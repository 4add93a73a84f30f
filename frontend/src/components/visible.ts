/**
 * Characters that cannot be seen or that turn text around: controls but line feed and tab, zero-width and bidirectional
 * ones (Unicode's categories Cc, Cf, Zl, Zp). Joiners (U+200C, U+200D) stay: scripts and emoji need them.
 */
const HIDDEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Returns text from somebody else so that all of it can be seen: U+202E is shown as `\u202e`. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (found) => {
    const code = (found.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}
