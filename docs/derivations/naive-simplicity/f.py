import numpy as np, time, sys
def build(n, most, cap=None):
    R=1<<n; row=np.arange(R)
    full=np.uint32((1<<R)-1) if R<32 else np.uint32(0xffffffff)
    bits=[np.uint32(sum(1<<r for r in range(R) if (r>>(n-1-i))&1)) for i in range(n)]
    known=np.unique(np.array(bits+[0,full],dtype=np.uint32))
    sets={4:known}
    # gates count (binary) minimal formula approx: track separately by length->b
    for L in range(5,most+1):
        c=[]
        if L-3 in sets: c.append(~sets[L-3]&full)
        for i in sorted(sets):
            j=L-3-i
            if j<i or j not in sets: continue
            a,b=sets[i][:,None],sets[j][None,:]
            for k in range(0,len(sets[i]),2000):
                aa=a[k:k+2000]
                c+= [np.unique(aa&b),np.unique(aa|b),np.unique(aa^b)]
        if not c: continue
        c=np.unique(np.concatenate(c))
        c=c[~np.isin(c,known)]
        if len(c)==0: continue
        sets[L]=c; known=np.union1d(known,c)
    return sets,full
if __name__=="__main__":
    for n,most in [(3,60),(4,42),(5,35)]:
        t=time.process_time(); s,full=build(n,most)
        print(n,{L:len(v) for L,v in s.items()},sum(map(len,s.values())),time.process_time()-t,flush=True)
