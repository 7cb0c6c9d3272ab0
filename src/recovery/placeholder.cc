namespace ursa {}
