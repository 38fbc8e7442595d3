/** The picture cannot be read as one digit: the sender's fault, so it carries a 4xx status. */
export class BadImage extends Error {
  readonly code = "BAD_IMAGE";
  readonly status: number;
  constructor(message: string, status = 422) {
    super(`image: ${message}`);
    this.name = "BadImage";
    this.status = status;
  }
}
