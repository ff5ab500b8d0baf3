/** Variables of the image that have an option, which they would contradict. */
export const optionsByVariable: Readonly<Record<string, string>> = {
  POSTGRES_DB: "database",
  POSTGRES_USER: "username",
  POSTGRES_PASSWORD: "password",
  POSTGRES_PASSWORD_FILE: "password",
};
