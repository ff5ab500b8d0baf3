/** The port PostgreSQL listens on in its container. */
export const POSTGRES_PORT = 5432;
