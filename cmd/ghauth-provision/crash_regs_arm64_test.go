package main_test

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// callOf gives the call that a thread has come to: its number and its arguments.
func callOf(tid int) (number uintptr, args [4]uint64) {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return ^uintptr(0), args // it has been killed
	}
	return uintptr(r.Regs[8]), [4]uint64(r.Regs[:4])
}

// systemCall is the set of registers that holds the number alone (NT_ARM_SYSTEM_CALL).
const systemCall = 0x404

// skipCall has the kernel leave that call out.
func skipCall(tid int) error {
	return unix.PtraceSetRegSetArm64(tid, systemCall, &unix.PtraceRegsArm64{Regs: [31]uint64{^uint64(0)}})
}

// answerCall has it end with an error.
func answerCall(tid int, errno syscall.Errno) error {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return err
	}
	r.Regs[0] = -uint64(errno)
	return syscall.PtraceSetRegs(tid, &r)
}
