/** An edit cannot be made in the text as it stands: what is in the way, and what to do about it. */
export class Refusal extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = "Refusal";
    this.hint = hint;
  }
}
