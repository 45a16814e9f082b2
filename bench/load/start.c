// Times programs from their start to the first line that they print, all pinned to one core. Each
// is given the same line at once. They take turns, each round beginning with another; a JSON line
// for each round has their times in nanoseconds.
//
//   start ROUNDS LINE -- PROGRAM ARGS… [-- PROGRAM ARGS…]…
//
// Arguments of a program that are --- stand for --.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { kMostPrograms = 16 };

extern char** environ;

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

static uint64_t Start(char** program, const char* line) {
  int to[2], from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) Die("pipe2");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  const size_t size = strlen(line);
  if (write(to[1], line, size) != (ssize_t)size || write(to[1], "\n", 1) != 1) Die("write");

  const uint64_t start = Now();
  pid_t child;
  if (posix_spawnp(&child, program[0], &actions, NULL, program, environ) != 0) Die(program[0]);
  close(to[0]);
  close(from[1]);
  static char answer[65536];
  ssize_t count;
  do {
    count = read(from[0], answer, sizeof answer);
  } while (count > 0 && memchr(answer, '\n', (size_t)count) == NULL);
  const uint64_t end = Now();

  close(to[1]);
  while (count > 0) count = read(from[0], answer, sizeof answer);
  close(from[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0 || count != 0) {
    fprintf(stderr, "%s failed\n", program[0]);
    exit(1);
  }
  posix_spawn_file_actions_destroy(&actions);
  return end - start;
}

int main(int argc, char** argv) {
  char** programs[kMostPrograms];
  int count = 0;
  for (int i = 3; i < argc; ++i) {
    if (strcmp(argv[i], "--") == 0) {
      if (count == kMostPrograms || i + 1 == argc) break;
      argv[i] = NULL;
      programs[count++] = argv + i + 1;
    } else if (strcmp(argv[i], "---") == 0) {
      argv[i]++;
    }
  }
  const int rounds = argc > 1 ? atoi(argv[1]) : 0;
  if (rounds < 1 || count == 0) {
    fprintf(stderr, "usage: start ROUNDS LINE -- PROGRAM ARGS… [-- PROGRAM ARGS…]…\n");
    return 2;
  }
  PinToOneCore();
  for (int round = 0; round < rounds; ++round) {
    uint64_t times[kMostPrograms];
    for (int turn = 0; turn < count; ++turn) {
      const int program = (round + turn) % count;
      times[program] = Start(programs[program], argv[2]);
    }
    for (int i = 0; i < count; ++i) {
      printf("%c%llu", i == 0 ? '[' : ',', (unsigned long long)times[i]);
    }
    printf("]\n");
  }
  return 0;
}
