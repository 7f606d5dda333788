/**
 * Data from its JSON. Throws a SyntaxError for what is not JSON, which quotes nothing of the text: that of JSON.parse does, and
 * a text that was taken for a document may be a secret.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError("it is not JSON");
  }
}
