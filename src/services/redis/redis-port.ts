/** The port Redis listens on in its container. */
export const REDIS_PORT = 6379;
