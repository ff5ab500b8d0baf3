/*
 * A small HTTP server for tests: environment variables decide when it listens, when it is ready, how it ends.
 *
 *   PORT                 where to listen (8080)
 *   LISTEN_AFTER_MS      listens this late (0)
 *   READY_AFTER_MS       /ready answers 503 until then, counted from the start of the process (0)
 *   READY_STATUS         the status of /ready from then on (200)
 *   EXIT_AFTER_MS        exits by itself after that time, with EXIT_CODE (0)
 *   HANG=1               accepts connections and never answers
 *   LOG, LOG_ERROR       a line for standard output, a line for standard error, written at the start
 *   WRITE_FILE           a file made with the content "ready\n", WRITE_FILE_AFTER_MS (0) after the start
 *   TERM_DELAY_MS        takes this long to stop after SIGTERM (0)
 *   ON_TERM_WRITE_FILE   a file made with the content "stopped\n" on SIGTERM, before it exits
 *   IGNORE_TERM=1        does not react to SIGTERM
 *
 *   GET /                200 hello
 *   GET /ready           503 not ready, later READY_STATUS ready
 *   GET /env/NAME        the value of that environment variable, or 404
 *   GET /time            milliseconds since 1970
 *   GET /connect?host=H&port=P   200 connected, or 502 and the reason; gives up after one second
 *
 * Every connection and every delayed action has a thread. Nothing is shared but the environment, which nobody changes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_SIZE = 8192, BACKLOG = 128, CONNECT_TIMEOUT_MS = 1000, READ_TIMEOUT_S = 10 };

static long started_ms;

static long now_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

static void sleep_ms(long ms) {
  struct timespec rest = {ms / 1000, (ms % 1000) * 1000000L};
  while (nanosleep(&rest, &rest) != 0 && errno == EINTR) continue;
}

static long env_number(const char *name, long otherwise) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? atol(value) : otherwise;
}

static int env_is_on(const char *name) { return env_number(name, 0) != 0; }

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void write_file(const char *path, const char *content) {
  FILE *file = fopen(path, "w");
  if (file == NULL) die(path);
  fputs(content, file);
  fclose(file);
}

static void in_background(void *(*work)(void *), void *argument) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, argument) == 0) pthread_detach(thread);
}

/* ---- answers ---- */

static void send_all(int socket, const char *data, size_t length, int flags) {
  while (length > 0) {
    ssize_t sent = send(socket, data, length, MSG_NOSIGNAL | flags);
    if (sent <= 0) return;
    data += sent;
    length -= (size_t)sent;
  }
}

static void answer(int socket, int status, const char *body) {
  char head[256];
  int length = snprintf(head, sizeof head,
                        "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                        status, status < 400 ? "OK" : "Error", strlen(body));
  send_all(socket, head, (size_t)length, MSG_MORE);
  send_all(socket, body, strlen(body), 0);
}

static void answer_ready(int socket) {
  if (now_ms(CLOCK_MONOTONIC) - started_ms < env_number("READY_AFTER_MS", 0)) answer(socket, 503, "not ready");
  else answer(socket, (int)env_number("READY_STATUS", 200), "ready");
}

static void answer_env(int socket, const char *name) {
  const char *value = getenv(name);
  answer(socket, value == NULL ? 404 : 200, value == NULL ? "not set" : value);
}

static void answer_time(int socket) {
  char text[32];
  snprintf(text, sizeof text, "%ld", now_ms(CLOCK_REALTIME));
  answer(socket, 200, text);
}

/* Connects within the time limit. Returns 0, or the errno that says why not. */
static int try_connect(const struct addrinfo *target) {
  int probe = socket(target->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe < 0) return errno;
  int failure = 0;
  if (connect(probe, target->ai_addr, target->ai_addrlen) != 0) failure = errno;
  if (failure == EINPROGRESS) {
    struct pollfd waiting = {.fd = probe, .events = POLLOUT};
    socklen_t size = sizeof failure;
    if (poll(&waiting, 1, CONNECT_TIMEOUT_MS) == 0) failure = ETIMEDOUT;
    else getsockopt(probe, SOL_SOCKET, SO_ERROR, &failure, &size);
  }
  close(probe);
  return failure;
}

static void answer_connect(int socket, const char *query) {
  char host[256], port[8];
  if (sscanf(query, "host=%255[^&]&port=%7[0-9]", host, port) != 2) {
    answer(socket, 400, "expected /connect?host=H&port=P");
    return;
  }
  struct addrinfo wanted = {.ai_socktype = SOCK_STREAM}, *found;
  int unresolved = getaddrinfo(host, port, &wanted, &found);
  if (unresolved != 0) {
    answer(socket, 502, gai_strerror(unresolved));
    return;
  }
  int failure = try_connect(found);
  freeaddrinfo(found);
  if (failure == 0) answer(socket, 200, "connected");
  else answer(socket, 502, strerror(failure));
}

/* ---- connections ---- */

/* Reads up to the empty line that ends the head. Returns 0 when the client leaves or stalls before that. */
static int read_head(int socket, char *request) {
  size_t length = 0;
  while (length < REQUEST_SIZE - 1) {
    ssize_t received = recv(socket, request + length, REQUEST_SIZE - 1 - length, 0);
    if (received <= 0) return 0;
    length += (size_t)received;
    request[length] = '\0';
    if (strstr(request, "\r\n\r\n") != NULL) return 1;
  }
  return 0;
}

static void route(int socket, const char *path) {
  if (strcmp(path, "/") == 0) answer(socket, 200, "hello");
  else if (strcmp(path, "/ready") == 0) answer_ready(socket);
  else if (strcmp(path, "/time") == 0) answer_time(socket);
  else if (strncmp(path, "/env/", 5) == 0) answer_env(socket, path + 5);
  else if (strncmp(path, "/connect?", 9) == 0) answer_connect(socket, path + 9);
  else answer(socket, 404, "no such route");
}

/* Waits for the client to leave: closing while it still sends would reset the connection and lose our answer. */
static void drain(int socket) {
  char rest[1024];
  while (recv(socket, rest, sizeof rest, 0) > 0) continue;
}

static void *serve(void *argument) {
  int socket = (int)(long)argument;
  char request[REQUEST_SIZE], path[2048];
  if (env_is_on("HANG")) {
    drain(socket);
  } else {
    struct timeval limit = {.tv_sec = READ_TIMEOUT_S};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (read_head(socket, request) && sscanf(request, "%*15s %2047s", path) == 1) {
      route(socket, path);
      shutdown(socket, SHUT_WR);
      drain(socket);
    }
  }
  close(socket);
  return NULL;
}

static int listen_on(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = INADDR_ANY};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  if (listen(listener, BACKLOG) != 0) die("listen");
  return listener;
}

static void accept_forever(int listener) {
  for (;;) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (socket >= 0) in_background(serve, (void *)(long)socket);
  }
}

/* ---- what happens by itself ---- */

static void *exit_later(void *unused) {
  sleep_ms(env_number("EXIT_AFTER_MS", 0));
  exit((int)env_number("EXIT_CODE", 0));
  return unused;
}

static void *write_later(void *path) {
  sleep_ms(env_number("WRITE_FILE_AFTER_MS", 0));
  write_file(path, "ready\n");
  return NULL;
}

/* The signals are blocked in every thread and waited for here, which also works for the first process of a container. */
static void *stop_on_signal(void *signals) {
  int signal;
  do sigwait(signals, &signal);
  while (env_is_on("IGNORE_TERM"));
  sleep_ms(env_number("TERM_DELAY_MS", 0));
  if (getenv("ON_TERM_WRITE_FILE") != NULL) write_file(getenv("ON_TERM_WRITE_FILE"), "stopped\n");
  exit(0);
}

int main(void) {
  static sigset_t stop_signals;
  started_ms = now_ms(CLOCK_MONOTONIC);
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, NULL);
  in_background(stop_on_signal, &stop_signals);

  if (getenv("LOG") != NULL) dprintf(STDOUT_FILENO, "%s\n", getenv("LOG"));
  if (getenv("LOG_ERROR") != NULL) dprintf(STDERR_FILENO, "%s\n", getenv("LOG_ERROR"));
  if (getenv("WRITE_FILE") != NULL) in_background(write_later, getenv("WRITE_FILE"));
  if (getenv("EXIT_AFTER_MS") != NULL) in_background(exit_later, NULL);

  sleep_ms(env_number("LISTEN_AFTER_MS", 0));
  accept_forever(listen_on((int)env_number("PORT", 8080)));
}
