/**
 * Breaks a line between words. What goes on stands below the beginning of its text, which is after blanks, a time
 * (`  10:00:00  `) or a short label (`Label:  `).
 */
export function wrap(line: string, columns: number | undefined): readonly string[] {
  if (columns === undefined || line.length <= columns) return [line];
  const indent = /^(?: {2}\d\S* +|[A-Za-z][\w -]{0,11}: +| +)/.exec(line)?.[0].length ?? 0;
  const lines: string[] = [];
  let current = line.slice(0, indent);
  let isBlank = true;
  for (const word of line.slice(indent).split(" ")) {
    if (!isBlank && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = " ".repeat(indent);
      isBlank = true;
    }
    current += isBlank ? word : ` ${word}`;
    isBlank = false;
  }
  return [...lines, current];
}
