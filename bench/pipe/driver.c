// Times round trips of one small request after another through a chain of programs, all pinned to
// one core, and prints one JSON line with p50 and p99 in nanoseconds.
//
//   driver COUNT [HOP…] ECHO
//
//   driver 20000 ./echo
//   driver 20000 ./pass_through ./echo
//   driver 20000 writ run -c policy.yaml -- ./echo
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char* const kRequest =
    "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\","
    "\"params\":{\"name\":\"read_text_file\",\"arguments\":{\"path\":\"/srv/a\"}}}\n";

static void Die(const char* what) {
  perror(what);
  exit(2);
}

static uint64_t Now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

// The children inherit the mask. The last core, for the first one serves most interrupts.
static void PinToOneCore(void) {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) Die("sched_getaffinity");
  size_t core = CPU_SETSIZE - 1;
  while (!CPU_ISSET(core, &allowed)) --core;
  CPU_ZERO(&allowed);
  CPU_SET(core, &allowed);
  if (sched_setaffinity(0, sizeof allowed, &allowed) != 0) Die("sched_setaffinity");
}

static uint64_t RoundTrip(int to, int from, int id) {
  char request[256];
  char expected[128];
  char answer[256];
  int size = snprintf(request, sizeof request, kRequest, id);
  int expected_size =
      snprintf(expected, sizeof expected, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":{}}\n", id);

  uint64_t start = Now();
  if (write(to, request, (size_t)size) != size) Die("write");
  size_t held = 0;
  while (held == 0 || answer[held - 1] != '\n') {
    ssize_t count = read(from, answer + held, sizeof answer - held);
    if (count <= 0) Die("no answer");
    held += (size_t)count;
  }
  uint64_t end = Now();

  if (held != (size_t)expected_size || memcmp(answer, expected, held) != 0) {
    fprintf(stderr, "not the answer to %d: %.*s", id, (int)held, answer);
    exit(1);
  }
  return end - start;
}

static int Compare(const void* left, const void* right) {
  uint64_t a = *(const uint64_t*)left;
  uint64_t b = *(const uint64_t*)right;
  return (a > b) - (a < b);
}

int main(int argc, char** argv) {
  int count = argc > 2 ? atoi(argv[1]) : 0;
  if (count < 100) {
    fprintf(stderr, "usage: driver COUNT [HOP…] ECHO, COUNT at least 100\n");
    return 2;
  }
  PinToOneCore();

  int to[2], from[2];
  if (pipe2(to, 0) != 0 || pipe2(from, 0) != 0) Die("pipe");
  pid_t child = fork();
  if (child == 0) {
    dup2(to[0], 0);
    dup2(from[1], 1);
    close(to[0]);
    close(to[1]);
    close(from[0]);
    close(from[1]);
    execvp(argv[2], argv + 2);
    Die(argv[2]);
  }
  close(to[0]);
  close(from[1]);

  uint64_t* times = malloc((size_t)count * sizeof *times);
  if (times == NULL) Die("malloc");
  for (int i = 0; i < count / 10; ++i) RoundTrip(to[1], from[0], i);  // warm-up
  for (int i = 0; i < count; ++i) times[i] = RoundTrip(to[1], from[0], count + i);
  qsort(times, (size_t)count, sizeof *times, Compare);
  printf("{\"round_trips\":%d,\"p50_ns\":%llu,\"p99_ns\":%llu}\n", count,
         (unsigned long long)times[count / 2], (unsigned long long)times[count * 99 / 100]);

  close(to[1]);
  waitpid(child, NULL, 0);
  free(times);
  return 0;
}
