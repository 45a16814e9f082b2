// The least that a program can do that decides a call: reads a line, prints one.
#include <stdio.h>

int main(void) {
  static char line[65536];
  return fgets(line, sizeof line, stdin) == NULL || puts("{\"decision\":\"allow\"}") < 0;
}
