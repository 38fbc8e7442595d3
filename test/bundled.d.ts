declare module "*?bundled" {
  /** Of the file with all that it imports. */
  const url: string;
  export default url;
}
