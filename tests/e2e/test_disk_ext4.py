"""The disk that fills up as an image of ext4, where the machine lets one be mounted; else in memory
once more."""

import unittest

import test_disk


class TestDiskExt4(test_disk.TestDisk):
    @classmethod
    def make_disk(cls):
        cls.lab.sh("mknod /dev/loop-control c 10 237; "
                   "for i in 0 1 2 3 4 5 6 7; do mknod /dev/loop$i b 7 $i; done", check=False)
        cls.lab.sh(f"truncate --size {test_disk.DISK_MIB}M /var/disk && mkfs.ext4 -q -m 0 /var/disk")
        if not cls.lab.sh(f"mount -o loop /var/disk {test_disk.STORE}", check=False).ok:
            super().make_disk()


if __name__ == "__main__":
    unittest.main()
