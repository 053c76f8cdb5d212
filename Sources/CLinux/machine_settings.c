#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CLinux.h"

#define INSTRUCTION(operation, to, from, offset, value) \
  { .code = (operation), .dst_reg = (to), .src_reg = (from), .off = (offset), .imm = (value) }

// Lets every sysctl be read, and those be written whose name begins with "net/".
static int load_filter(void) {
  static const char net[4] = {'n', 'e', 't', '/'};
  int beginning;
  memcpy(&beginning, net, sizeof beginning);
  const struct bpf_insn program[] = {
      INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_1, 0, 0),  // bpf_sysctl.write
      INSTRUCTION(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 10, 0),
      INSTRUCTION(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -8, 0),
      INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
      INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -8),
      INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 8),
      INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0),
      INSTRUCTION(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sysctl_get_name),  // as much of it as there is room for
      INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_0, BPF_REG_10, -8, 0),
      INSTRUCTION(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, beginning),
      INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
      INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
      INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1),
      INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
  };
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_SYSCTL;
  attributes.expected_attach_type = BPF_CGROUP_SYSCTL;
  attributes.insns = (unsigned long)program;
  attributes.insn_cnt = sizeof program / sizeof *program;
  attributes.license = (unsigned long)"";
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
}

int clinux_forbid_machine_settings(int cgroup) {
  int program = load_filter();
  if (program < 0) return -1;
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.target_fd = (unsigned)cgroup;
  attributes.attach_bpf_fd = (unsigned)program;
  attributes.attach_type = BPF_CGROUP_SYSCTL;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  int result = (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attributes, sizeof attributes);
  close(program);
  return result;
}
