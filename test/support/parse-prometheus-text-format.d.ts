declare module "parse-prometheus-text-format" {
  /** Throws when the text is not in the format. */
  const parse: (text: string) => unknown;
  export default parse;
}
