/** How many characters regular expressions are given while something runs: a measure of its work without a clock. */
export function charactersMatched(run: () => unknown): number {
  const { exec } = RegExp.prototype;
  let characters = 0;
  RegExp.prototype.exec = function (text) {
    characters += text.length;
    return exec.call(this, text);
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return characters;
}
