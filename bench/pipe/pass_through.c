// The least a hop can do: starts a server and moves bytes both ways with poll, read and write.
// What a proxy adds is measured against this.
//
//   pass_through SERVER ARGS…
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static char buffer[65536];

static int Move(int from, int to) {
  ssize_t size = read(from, buffer, sizeof buffer);
  for (ssize_t done = 0; done < size;) {
    ssize_t count = write(to, buffer + done, (size_t)(size - done));
    if (count <= 0) return 0;
    done += count;
  }
  return size > 0;
}

int main(int argc, char** argv) {
  int down[2], up[2];
  if (argc < 2 || pipe(down) != 0 || pipe(up) != 0) return 2;
  if (fork() == 0) {
    dup2(down[0], 0);
    dup2(up[1], 1);
    close(down[1]);
    close(up[0]);
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  struct pollfd sides[2] = {{0, POLLIN, 0}, {up[0], POLLIN, 0}};
  while (poll(sides, 2, -1) > 0) {
    if (sides[0].revents != 0 && !Move(0, down[1])) {
      close(down[1]);
      sides[0].fd = -1;
    }
    if (sides[1].revents != 0 && !Move(up[0], 1)) return 0;
  }
  return 1;
}
